"""How a question is put: the operations as calls, every answer judged on its way, every chance counted."""
