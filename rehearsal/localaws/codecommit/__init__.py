"""CodeCommit: real bare git repositories, an API beside them, and git over HTTP on the server's own port."""
