"""Load a network of organizations from a folder of CSV files: `manage.py load_network DIR --programme CODE`."""
