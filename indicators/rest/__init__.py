"""Writing returns, results of phases and targets through the API."""
