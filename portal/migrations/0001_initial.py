"""The accounts; those of the portal before Django are carried over, with their passwords."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLES_OF_BEFORE = ("session", "secret", "account")


def carry_over(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the accounts out of the tables of before, then drop these."""
    connection = editor.connection
    if not set(_TABLES_OF_BEFORE) <= set(connection.introspection.table_names()):
        return
    account = apps.get_model("portal", "Account")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, organisations, roles, password_hash, password_is_first,"
            " password_ends_at, is_disabled, last_sign_in_at FROM account"
        )
        for name, codes, roles, kept, is_first, ends_at, disabled, last in cursor.fetchall():
            account.objects.create(
                name=name,
                organisations=codes.split(),
                roles=roles.split(),
                # Django writes the hasher's name before the same hash; "!" is no password.
                password=f"argon2{kept}" if kept else "!" + name,
                password_is_first=bool(kept and is_first),
                password_ends_at=_moment(ends_at) if kept and is_first else None,
                is_active=not disabled,
                last_login=_moment(last),
            )
        for table in _TABLES_OF_BEFORE:
            cursor.execute(f"DROP TABLE {table}")


def _moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


class Migration(migrations.Migration):
    """Make the table and fill it."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("organisations", models.JSONField(default=list)),
                ("roles", models.JSONField(default=list)),
                ("is_active", models.BooleanField(default=True)),
                ("password_is_first", models.BooleanField(default=False)),
                ("password_ends_at", models.DateTimeField(null=True)),
                ("rights_changed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
