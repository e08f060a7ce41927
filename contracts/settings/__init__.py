"""Settings: one precedence over all sources, parsed once into frozen values; the user's mistakes, all at once."""

from contracts.settings.loading import load_settings, mock_settings, restore_settings
from contracts.settings.model import Settings, Tenant
from contracts.settings.problem import Mistake, SettingsProblem
from contracts.settings.profiles import PROFILES, Profile, load_profile

__all__ = [
    "PROFILES",
    "Mistake",
    "Profile",
    "Settings",
    "SettingsProblem",
    "Tenant",
    "load_profile",
    "load_settings",
    "mock_settings",
    "restore_settings",
]
