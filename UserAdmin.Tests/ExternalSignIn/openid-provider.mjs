// A real OpenID Connect provider on loopback. Who signs in as NAME is NAME@example.org there; a name that starts with "unconfirmed" has no confirmed address.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const key = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg });
const server = createServer();
server.listen(0, '127.0.0.1', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const provider = new Provider(issuer, {
        clients: [{
            client_id: 'useradmin', client_secret: 'a secret of: 100% & more', redirect_uris: [process.env.REDIRECT_URI], grant_types: ['authorization_code'], response_types: ['code'],
            token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: process.env.ALGORITHM,
        }],
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'name'] },
        conformIdTokenClaims: process.env.EMAIL_IN === 'userinfo',
        pkce: { required: () => true },
        jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
        findAccount: (_, id) => ({
            accountId: id,
            claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: !id.startsWith('unconfirmed'), given_name: id[0].toUpperCase() + id.slice(1), family_name: 'Elsewhere' }),
        }),
        cookies: { keys: ['only for tests'] },
    });
    server.on('request', provider.callback());
    console.log(`listening ${server.address().port}`);
});
