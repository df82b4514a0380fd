from django.apps import AppConfig


class ScalingConfig(AppConfig):
    name = "scaling"

    def ready(self) -> None:
        from scaling import listeners  # noqa: F401 - connects the receivers
        from scaling.webhooks import events  # noqa: F401 - the same
