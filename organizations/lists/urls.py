"""Addresses of lists that are brought to the register."""

from django.urls import path

from organizations.lists import views

app_name = "lists"

urlpatterns = [
    path("", views.start_page, name="start"),
    path("<int:pk>/", views.list_page, name="list"),
    path("<int:pk>/columns/", views.columns_page, name="columns"),
    path("<int:pk>/words/", views.words_page, name="words"),
    path("<int:pk>/rows/", views.rows_page, name="rows"),
    path("<int:pk>/wrong/", views.leave_out_wrong, name="leave-out-wrong"),
    path("<int:pk>/take-over/", views.take_over, name="take-over"),
    path("<int:pk>/marked/", views.marked_file, name="marked"),
]
