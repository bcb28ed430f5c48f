from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    default = True
    name = "forum.accounts"


class StaffAdminConfig(admin.AdminConfig):
    default = False
    default_site = "forum.accounts.site.StaffSite"
