"""Digitisation: scans, documents, the text of pages, contracts, folders; urgent jobs.

Revision ID: 0004
Locks, time: new tables, and a column of a small one; a moment.
Downgrade: drops them, with all that was recognised; the scans stay in the data folder.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    _digital_folder()
    _refused_scan()
    _scan_file()
    _rights_contract()
    _scan_page()
    _digital_document()
    _line_revision()
    _page_text()
    _document_page()
    _folder_document()
    op.add_column("job", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("job", "priority")
    op.drop_index(op.f("ix_folder_document_document_id"), table_name="folder_document")
    op.drop_table("folder_document")
    op.drop_index(op.f("ix_document_page_scan_page_id"), table_name="document_page")
    op.drop_index("ix_document_page_document_id_number", table_name="document_page")
    op.drop_table("document_page")
    op.drop_index(
        "ix_page_text_doubtful",
        table_name="page_text",
        sqlite_where=sa.text("doubtful > 0"),
        postgresql_where=sa.text("doubtful > 0"),
    )
    op.drop_index(op.f("ix_page_text_change_number"), table_name="page_text")
    op.drop_table("page_text")
    op.drop_index("ix_line_revision_page_id_id", table_name="line_revision")
    op.drop_table("line_revision")
    op.drop_index("ix_digital_document_state", table_name="digital_document")
    op.drop_index(op.f("ix_digital_document_record_id"), table_name="digital_document")
    op.drop_table("digital_document")
    op.drop_index("ix_scan_page_state", table_name="scan_page")
    op.drop_table("scan_page")
    op.drop_table("rights_contract")
    op.drop_index(op.f("ix_scan_file_verified_at"), table_name="scan_file")
    op.drop_table("scan_file")
    op.drop_table("refused_scan")
    op.drop_table("digital_folder")


def _digital_folder() -> None:
    op.create_table(
        "digital_folder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("name_kk", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digital_folder")),
    )


def _refused_scan() -> None:
    op.create_table(
        "refused_scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_scan")),
    )


def _scan_file() -> None:
    op.create_table(
        "scan_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("damaged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_scan_file_sha256")),
        sa.UniqueConstraint("token", name=op.f("uq_scan_file_token")),
    )
    op.create_index(op.f("ix_scan_file_verified_at"), "scan_file", ["verified_at"], unique=False)


def _rights_contract() -> None:
    op.create_table(
        "rights_contract",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("download", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "scope IN ('in_library', 'internet')", name=op.f("ck_rights_contract_scope")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["stored_file.id"], name=op.f("fk_rights_contract_paper_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_contract")),
    )


def _scan_page() -> None:
    op.create_table(
        "scan_page",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("barcodes", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column(
            "counted_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'recognised', 'failed', 'blank')", name=op.f("ck_scan_page_state")
        ),
        sa.CheckConstraint("rotation IN (0, 90, 180, 270)", name=op.f("ck_scan_page_rotation")),
        sa.ForeignKeyConstraint(["file_id"], ["scan_file.id"], name=op.f("fk_scan_page_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_page")),
        sa.UniqueConstraint("file_id", "index", name=op.f("uq_scan_page_file_id_index")),
    )
    op.create_index("ix_scan_page_state", "scan_page", ["state"], unique=False)


def _digital_document() -> None:
    op.create_table(
        "digital_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("rights", sa.String(), nullable=False),
        sa.Column(
            "contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("pdf_state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "counted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "removal_asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("removal_reason", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('newspaper_article', 'journal_article', 'chapter', 'book', 'other')",
            name=op.f("ck_digital_document_kind"),
        ),
        sa.CheckConstraint(
            "pdf_state IN ('none', 'valid', 'unchecked', 'plain', 'stale', 'failed')",
            name=op.f("ck_digital_document_pdf_state"),
        ),
        sa.CheckConstraint(
            "rights IN ('public_domain', 'contract', 'own', 'unknown')",
            name=op.f("ck_digital_document_rights"),
        ),
        sa.CheckConstraint(
            "state IN ('uploaded', 'queued', 'recognising', 'recognised', 'checked', 'published', 'withheld')",
            name=op.f("ck_digital_document_state"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_digital_document_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["rights_contract.id"], name=op.f("fk_digital_document_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_digital_document_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digital_document")),
    )
    op.create_index(
        op.f("ix_digital_document_record_id"), "digital_document", ["record_id"], unique=False
    )
    op.create_index("ix_digital_document_state", "digital_document", ["state"], unique=False)


def _line_revision() -> None:
    op.create_table(
        "line_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["scan_page.id"], name=op.f("fk_line_revision_page_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_revision")),
    )
    op.create_index("ix_line_revision_page_id_id", "line_revision", ["page_id", "id"], unique=False)


def _page_text() -> None:
    op.create_table(
        "page_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("former", sa.JSON(), nullable=True),
        sa.Column("proposal", sa.JSON(), nullable=True),
        sa.Column("plain", sa.String(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column(
            "change_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(["id"], ["scan_page.id"], name=op.f("fk_page_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_text")),
    )
    op.create_index(
        op.f("ix_page_text_change_number"), "page_text", ["change_number"], unique=False
    )
    op.create_index(
        "ix_page_text_doubtful",
        "page_text",
        ["doubtful", "id"],
        unique=False,
        sqlite_where=sa.text("doubtful > 0"),
        postgresql_where=sa.text("doubtful > 0"),
    )


def _document_page() -> None:
    op.create_table(
        "document_page",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "scan_page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("region", sa.JSON(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["digital_document.id"], name=op.f("fk_document_page_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["scan_page_id"], ["scan_page.id"], name=op.f("fk_document_page_scan_page_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_page")),
    )
    op.create_index(
        "ix_document_page_document_id_number",
        "document_page",
        ["document_id", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_document_page_scan_page_id"), "document_page", ["scan_page_id"], unique=False
    )


def _folder_document() -> None:
    op.create_table(
        "folder_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["digital_document.id"],
            name=op.f("fk_folder_document_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["digital_folder.id"], name=op.f("fk_folder_document_folder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder_document")),
        sa.UniqueConstraint(
            "folder_id", "document_id", name=op.f("uq_folder_document_folder_id_document_id")
        ),
    )
    op.create_index(
        op.f("ix_folder_document_document_id"), "folder_document", ["document_id"], unique=False
    )
