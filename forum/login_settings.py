"""Who of the staff logs in, and how: what allauth asks of the settings. Readers have no account. See forum.accounts."""

LOGIN_URL = "account_login"
AUTHENTICATION_BACKENDS = ["forum.accounts.backends.RoleBackend"]
ACCOUNT_ADAPTER = "forum.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "forum.accounts.forms.PasswordForm",
    "request_login_code": "forum.accounts.forms.AddressForm",
    "confirm_login_code": "forum.accounts.forms.MailedCodeForm",
    "reauthenticate": "forum.accounts.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 15 * 60  # seconds
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever reads the code that was mailed has verified it
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "forum.accounts.people.name_of"
ACCOUNT_RATE_LIMITS = {"request_login_code": "30/h/ip,6/h/key"}
MFA_ADAPTER = "forum.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "forum.accounts.forms.SecondFactorForm",
    "reauthenticate": "forum.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "forum.accounts.forms.AppForm",
    "add_webauthn": "forum.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "forum.accounts.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody registers himself; who gets in was invited
MFA_TOTP_TOLERANCE = 1  # periods of half a minute, for clocks that differ
