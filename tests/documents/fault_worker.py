"""Included by the workers of test_faults.py: makes what goes wrong on purpose known to them."""

from pilot_portal.documents.registry import register_bundle, register_paper
from tests.documents.faults import BUNDLE, FAULTY

register_paper(FAULTY)
register_bundle(BUNDLE)
