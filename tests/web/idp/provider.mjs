// A certified OpenID Connect provider (the npm package oidc-provider) as a ministry would run one: one client, people who
// type their name, and a level of assurance that depends on the name. It prints its issuer when it listens.
// node provider.mjs BACK [pushed]   where BACK is the console's redirect URI
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const [back, pushed] = process.argv.slice(2);
const origin = new URL(back).origin;
const server = createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const key = (kid) => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid, use: "sig", alg: "RS256",
});

const provider = new Provider(issuer, {
  jwks: { keys: [key("one"), key("two")] },
  clients: [{
    client_id: "sealane",
    client_secret: "a secret between the two of them",
    redirect_uris: [back],
    post_logout_redirect_uris: [`${origin}/sign-in`],
    backchannel_logout_uri: `${origin}/sign-in/oidc/logout`,
    backchannel_logout_session_required: true,
    response_types: ["code"],
    grant_types: ["authorization_code"],
    require_pushed_authorization_requests: Boolean(pushed),
  }],
  cookies: { keys: ["a key of this run"] },
  acrValues: ["urn:ministry:loa:2", "urn:ministry:loa:3"],
  claims: { openid: ["sub"], profile: ["preferred_username"], acr: null, sid: null },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: Boolean(pushed) },
  },
  fetch: (url, { method, body, headers, redirect }) => fetch(url, { method, body, headers, redirect }),
  interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `sub-of-${id}`, preferred_username: id }) }),
});

const respond = provider.callback();
server.on("request", async (request, response) => {
  const url = new URL(request.url, issuer);
  if (!url.pathname.startsWith("/login/")) return respond(request, response);
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html");
    return response.end(`<form method="post"><label>Name <input name="name"></label><button>Log in</button></form>`);
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const name = new URLSearchParams(body).get("name");
  const details = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: name, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const result = {
    login: { accountId: name, acr: name.startsWith("weak.") ? "urn:ministry:loa:2" : "urn:ministry:loa:3" },
    consent: { grantId: await grant.save() },
  };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});
console.log(issuer);
