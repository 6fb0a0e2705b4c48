"""From what people write (YAML, JSON, tables, folders) to jobs, with the place of everything that is wrong."""
