// Over TLS, with a token. Only shows how; there is no such server.

import { Client } from "dynakv";

// snippet: tls
export function overTls(token: string): Promise<Client> {
  return Client.connect({
    address: "kv.example:443",
    token,
    tls: { caFile: "/etc/ca.pem" },
  });
}
// end
