//! gratitude: a gRPC customer-gratitude CRM.
