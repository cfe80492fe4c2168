"""What is shipped to be read: translations, articles, helplines; and QR codes and holidays."""
