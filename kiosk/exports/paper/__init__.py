"""What is printed: pages, slips, sheets, forms and cards as PDF, or as commands of a printer."""
