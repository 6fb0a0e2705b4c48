"""The contract as an OpenAPI 3.1 document: for generated clients, mock servers, and whoever reads such."""
