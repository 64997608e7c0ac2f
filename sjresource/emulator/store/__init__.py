"""The emulator's records, on disk and in memory.

`store.py` keeps the records (`records.py`, named by `arns.py`) in SQLite (`database.py`), as JSON
(`record_json.py`), and those of jobs that have not ended in memory, too (`live_jobs.py`).
`data_folder.py`, `data_lock.py`, `credentials.py` and `address.py` are the other files of the data
folder, `damage.py` what can be wrong with any of them.
"""
