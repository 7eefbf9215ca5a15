"""Records of other libraries, asked for by SRU or Z39.50 and taken over into an entry form."""
