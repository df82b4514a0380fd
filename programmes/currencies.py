"""Currencies: which codes there are, and what they are called."""

from __future__ import annotations

import re

from babel.numbers import UnknownCurrencyError, get_currency_name
from django.db.models import Q
from django.utils.translation import get_language

DOLLAR = "USD"
#: Where a programme's papers do not say which currency they mean by “local”.
LOCAL = "LCU"
_CODES = """
ADP AED AFA AFN ALL AMD ANG AOA AOK AON AOR ARA ARS ATS AUD AWG AZM AZN BAD BAM BAN BBD BDT BEF BGL BGN BHD BIF BMD BND
BOB BRE BRL BRN BRR BSD BTN BWP BYB BYN BYR BZD CAD CDF CHF CLP CNH CNY COP CRC CSD CSK CUC CUP CVE CYP CZK DDM DEM DJF
DKK DOP DZD ECS EEK EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEK GEL GHC GHS GIP GMD GNF GRD GTQ GWP GYD HKD HNL HRD HRK
HTG HUF IDR IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LTT LUF
LVL LVR LYD MAD MDC MDL MGA MGF MKD MKN MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MXP MYR MZM MZN NAD NGN NIC NIO NLG NOK
NPR NZD OMR PAB PEI PEN PGK PHP PKR PLN PLZ PTE PYG QAR ROL RON RSD RUB RUR RWF SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT
SKK SLE SLL SOS SRD SRG SSP STD STN SUR SVC SYP SZL THB TJR TJS TMM TMT TND TOP TPE TRL TRY TTD TWD TZS UAH UAK UGX USD
UYP UYU UZS VEB VED VEF VES VND VUV WST XAF XCD XCG XDR XEU XOF XPF YDD YER YUD YUM YUN YUR ZAR ZMK ZMW ZRN ZRZ ZWD ZWG
ZWL ZWR
"""
#: ISO 4217 since 1990, without funds, metals and test codes: older money still stands in the papers of programmes.
CODES: tuple[str, ...] = tuple(_CODES.split())
#: Codes of countries that ISO 3166 leaves to its users: invented countries have a currency of that code.
INVENTED = r"^(AA|Q[M-Z]|X[A-X]|ZZ)[A-Z]$"
#: Codes of ISO 4217 in that range that are no money: metals, funds, tests, “no currency”.
_NO_MONEY = "XAD XAG XAU XBA XBB XBC XBD XFO XFU XPD XPT XRE XSU XTS XUA XXX"
NO_MONEY = tuple(_NO_MONEY.split())


def is_known(code: str) -> bool:
    """A currency of ISO 4217, the unnamed local one, or that of an invented country."""
    return code in CODES or code == LOCAL or (re.match(INVENTED, code) is not None and code not in NO_MONEY)


def known(field: str = "currency") -> Q:
    """The same as a condition, for the database."""
    invented = Q(**{f"{field}__regex": INVENTED}) & ~Q(**{f"{field}__in": list(NO_MONEY)})
    return Q(**{f"{field}__in": [*CODES, LOCAL]}) | invented


def name_of(code: str) -> str:
    """In the reader's language; the code itself where there is no name."""
    try:
        return str(get_currency_name(code, locale=(get_language() or "en").split("-")[0]))
    except UnknownCurrencyError:
        return code
