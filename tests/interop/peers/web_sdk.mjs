// A loopback client over the unmodified OpenTDF web SDK:
// node web_sdk.mjs SDK_DIR decrypt|encrypt PLATFORM ID SECRET IN OUT [key=ALGORITHM] [dpop=no] [ATTRIBUTE]
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [sdkDir, verb, platform, clientId, clientSecret, input, output, ...rest] = process.argv.slice(2);
const { OpenTDF, AuthProviders } = await import(pathToFileURL(`${sdkDir}/dist/web/src/index.js`));
const option = (name) => rest.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
const attributes = rest.filter((word) => word.startsWith('https://') || word.startsWith('http://'));

const authProvider = await AuthProviders.clientSecretAuthProvider({
  clientId, clientSecret, oidcOrigin: platform, exchange: 'client',
});
const dpop = option('dpop') !== 'no';
authProvider.oidcAuth.config.dpopEnabled = dpop;
const client = new OpenTDF({ authProvider, platformUrl: platform, disableDPoP: !dpop });
await client.ready;
const source = { type: 'buffer', location: new Uint8Array(await readFile(input)) };
const stream = verb === 'decrypt'
  ? await client.read({ source, wrappingKeyAlgorithm: option('key') })
  : await client.createTDF({
      source, attributes, defaultKASEndpoint: `${platform}/kas`, wrappingKeyAlgorithm: option('key'), autoconfigure: false,
    });
const parts = [];
const reader = stream.getReader();
for (;;) {
  const { done, value } = await reader.read();
  if (done) break;
  parts.push(value);
}
await writeFile(output, Buffer.concat(parts));
