"""Exchange of whole sets in one file: an Excel workbook or a zip of tables, out and in without loss."""
