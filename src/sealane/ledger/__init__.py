"""The ledger: a C2SP transparency log as pure rules; bytes in, verdict out."""
