"""One module a compiler: each takes a source and a target and gives PTX, or says in one sentence why not."""
