"""What codes of tasks and of acts of the stock are called."""

from __future__ import annotations

from ils.errors import N_

OPERATIONS: dict[str, dict[str, str]] = {
    "message": {"receipt": N_("Receipt"), "report": N_("Report by schedule")},
    "job": {
        "send_message": N_("Letter"),
        "purge_messages": N_("Old letters removed"),
        "checkpoint": N_("Traces of erased readers removed"),
        "purge_requests": N_("Old requests removed"),
        "purge_files": N_("Old files removed"),
        "read_patrons": N_("File of patrons read"),
        "import_patrons": N_("Import patrons"),
        "note_overdue": N_("Overdue copies noted"),
        "inform_by_topic": N_("Letters about topics"),
        "end_hopeless_holds": N_("Holds of documents without copies ended"),
        "settle_served": N_("Readers served and borrowers counted"),
        "settle_records": N_("Records whose last copy went hidden"),
        "write_book": N_("Book of the stock written"),
        "prepare_stocktake": N_("List of a stock check made"),
        "count_file": N_("File of a scanner counted"),
        "print_labels": N_("Labels sent to a printer"),
        "read_copies": N_("List of copies read"),
        "import_copies": N_("List of copies brought in"),
        "compare_copies": N_("List compared with the stock"),
        "selfcheck": N_("Self-check"),
        "backup": N_("Backup, proved by a trial restore"),
        "close_month": N_("Month closed when due"),
        "seal_months": N_("Closed months sealed"),
        "refresh_summaries": N_("Totals of closed months"),
        "plan_reports": N_("Reports that are due"),
        "prepare_report": N_("Report by schedule"),
    },
    "stock_act": {
        "acceptance": N_("act of acceptance"),
        "redistribution": N_("act of redistribution"),
        "withdrawal": N_("act of withdrawal"),
    },
    "act_state": {
        "draft": N_("draft"),
        "fixed": N_("list fixed"),
        "approved": N_("approved"),
        "executed": N_("executed"),
        "cancelled": N_("cancelled"),
    },
    "stocktake_state": {
        "preparing": N_("list being made"),
        "open": N_("under way"),
        "paused": N_("paused"),
        "closed": N_("ended"),
    },
    "scan_outcome": {
        "here": N_("in its place"),
        "already": N_("counted before"),
        "elsewhere": N_("belongs elsewhere"),
        "on_loan": N_("on loan to a reader"),
        "in_transit": N_("in transit"),
        "withdrawn": N_("withdrawn"),
        "found": N_("lost, found again"),
        "unknown": N_("unknown number"),
    },
    "repair_work": {
        "repair": N_("mended"),
        "restoration": N_("restored"),
        "binding": N_("bound"),
    },
    "order_state": {
        "draft": N_("draft"),
        "ordered": N_("ordered"),
        "closed": N_("closed"),
    },
    "order_line_state": {
        "approved": N_("approved"),
        "ordered": N_("ordered"),
        "partially_received": N_("received in part"),
        "received": N_("received"),
        "cancelled": N_("cancelled"),
    },
    "job_state": {
        "queued": N_("waiting"),
        "running": N_("in progress"),
        "done": N_("done"),
        "failed": N_("not done"),
        "cancelled": N_("cancelled"),
    },
}
