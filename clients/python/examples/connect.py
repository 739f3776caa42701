"""TLS, a token, a client certificate: from the environment, or in words."""

import os

import dynakv
from dynakv import Tls

address, token = os.environ["DYNAKV_ADDRESS"], os.environ["DYNAKV_TOKEN"]
ca_file = os.environ["DYNAKV_CA_FILE"]

# snippet: connect
client = dynakv.Client(
    address,  # host:port, http://host:port, https://host:port or unix:/path
    token=token,
    tls=Tls(ca_file=ca_file),  # and client_cert_file, client_key_file, server_name
    table="dynakv",
    timeout=5,
)
# end

with client, dynakv.Client.from_env() as same:
    client.set("secret", "over TLS")
    entry = same.get("secret", consistent=True)
    assert entry is not None
