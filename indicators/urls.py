"""Addresses of the M&E officer's pages."""

from django.urls import path

from indicators.views import catalogue, entry, results, returns, rounds, scales, second, targets, work, workbooks

app_name = "indicators"

urlpatterns = [
    path("start/", work.start, name="start"),
    path("work/", work.work_page, name="work"),
    path("rounds/", rounds.rounds_page, name="rounds"),
    path("rounds/<slug:code>/", rounds.round_page, name="round"),
    path("rounds/<slug:code>/approve/", rounds.approve_many, name="approve-many"),
    path("rounds/<slug:code>/entry/", entry.entry_page, name="entry"),
    path("rounds/<slug:code>/entry/data/", entry.entry_data, name="entry-data"),
    path("rounds/<slug:code>/entry/save/", entry.entry_save, name="entry-save"),
    path("rounds/<slug:code>/entry/submit/", entry.entry_submit, name="entry-submit"),
    path("rounds/<slug:code>/entry/comment/", entry.entry_comment, name="entry-comment"),
    path("rounds/<slug:code>/exits/<str:organization>/", rounds.exit_page, name="exit"),
    path("rounds/<slug:code>/returns/<str:organization>/", returns.return_page, name="return"),
    path("rounds/<slug:code>/returns/<str:organization>/decide/", returns.decide, name="decide"),
    path("rounds/<slug:code>/returns/<str:organization>/attach/", returns.attach, name="attach"),
    *(
        path(f"rounds/<slug:code>/steps/{name}/", rounds.step, {"name": name}, name=f"step-{name}")
        for name in (*rounds.STEPS, "reopen")
    ),
    path("rounds/<slug:code>/second/", second.second_page, name="second"),
    path("rounds/<slug:code>/second/<str:organization>/", second.second_form, name="second-form"),
    path("rounds/<slug:code>/workbook/", workbooks.workbook_page, name="workbook"),
    path("rounds/<slug:code>/workbook/file/", workbooks.workbook_file, name="workbook-file"),
    path("rounds/<slug:code>/workbook/<int:pk>/", workbooks.upload_page, name="upload"),
    path("rounds/<slug:code>/workbook/<int:pk>/marked/", workbooks.marked_file, name="marked"),
    path("targets/", targets.targets_page, name="targets"),
    path("targets/<int:pk>/", targets.target_page, name="target"),
    path("targets/<int:pk>/accept/", targets.target_accept, name="target-accept"),
    path("targets/<slug:code>/set/", targets.target_set, name="target-set"),
    path("targets/<slug:code>/table/", targets.target_table_page, name="target-table"),
    path("results/", results.results_page, name="results"),
    path("results/<int:pk>/", results.result_page, name="result"),
    path("results/<slug:code>/report/", results.result_report, name="result-report"),
    path("catalogue/", catalogue.catalogue_page, name="catalogue"),
    path("catalogue/new/", catalogue.indicator_new, name="indicator-new"),
    path("catalogue/indicators/<str:code>/", catalogue.indicator_page, name="indicator"),
    path("catalogue/indicators/<str:code>/edit/", catalogue.indicator_edit, name="indicator-edit"),
    path("catalogue/indicators/<str:code>/retire/", catalogue.indicator_retire, name="indicator-retire"),
    path("catalogue/indicators/<str:code>/versions/new/", catalogue.version_new, name="version-new"),
    path("catalogue/indicators/<str:code>/versions/<int:number>/", catalogue.version_mend, name="version-mend"),
    path("catalogue/indicators/<str:code>/fields/new/", catalogue.field_new, name="field-new"),
    path("catalogue/fields/<str:key>/", catalogue.field_page, name="field"),
    path("catalogue/rules/", catalogue.rules_page, name="rules"),
    path("catalogue/rules/new/", catalogue.rule_new, name="rule-new"),
    path("catalogue/rules/<slug:code>/edit/", catalogue.rule_page, name="rule"),
    path("catalogue/scales/", scales.scales_page, name="scales"),
    path("catalogue/scales/<slug:code>/new/", scales.scale_version_new, name="scale-version-new"),
    path("catalogue/scale-versions/<int:pk>/", scales.scale_version_page, name="scale-version"),
    path("catalogue/scale-versions/<int:pk>/items/new/", scales.item_new, name="scale-item-new"),
    path("catalogue/scale-items/<int:pk>/", scales.item_page, name="scale-item"),
    path("catalogue/scale-items/<int:pk>/remove/", scales.item_remove, name="scale-item-remove"),
    path("evidence/<int:pk>/", returns.evidence_file, name="evidence"),
]
