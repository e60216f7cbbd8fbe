// A certified authorisation server on a free port: PKCE demanded, refresh tokens that work once. Whoever comes agrees,
// unless the address asks for `login_hint=nobody`. Prints its address; ends with its standard input.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [redirectUri] = process.argv.slice(2);
const http = createServer();
await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${http.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "marketing minds",
      client_secret: "a secret: with/odd+characters",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
  cookies: { keys: ["only for this test"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, RefreshToken: 3600, Session: 3600, Interaction: 600 },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid offline_access");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const result =
    params.login_hint === "nobody"
      ? { error: "access_denied", error_description: "The person said no" }
      : { login: { accountId: "ada" } };
  return provider.interactionFinished(ctx.req, ctx.res, result);
});

http.on("request", provider.callback());
process.stdin.on("close", () => process.exit(0)).resume();
console.log(issuer);
