import pytest, pathlib
from django.core.management import call_command
from programmes.models import Partner, Programme
from scaling import demonstration, demonstration_returns, rollups
from scaling.iati import reporters
pytestmark = pytest.mark.django_db
def test_q(tmp_path, net):
    reporters.put(by=None, country=None, ref="XM-DAC-41108", type="40", name="IFAD", partner=Partner.objects.get(code="IFAD"), role="2", flow_type="10")
    demonstration.load_portfolio()
    for p in Programme.objects.all():
        f=pathlib.Path("/tmp/iati/%s.xml"%p.code)
        call_command("export_iati", str(f), programme=[p.code])
    call_command("export_iati", "/tmp/iati/all.xml", synthetic=True)
    for p in [*Programme.objects.values_list("code",flat=True),"all"]:
        try: call_command("validate_iati", "/tmp/iati/%s.xml"%p, xsd=pathlib.Path("/work/shared/reference/iati-2.03"))
        except Exception as e: print("ERR", e)
