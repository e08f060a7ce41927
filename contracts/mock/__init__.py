"""The honest server of both APIs: an independent reading of the documents, with faults and legal oddities to switch on."""
