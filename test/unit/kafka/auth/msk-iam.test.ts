import { describe, expect, test } from 'vitest';
import { signatureParameters } from '../../../../host/kafka/auth/aws-signature.ts';
import { authenticationRequest, mskIam } from '../../../../host/kafka/auth/msk-iam.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const SESSION = 'AQoDYXdzEPT//////////wEXAMPLE+token/==';
const HOST = 'b-1.orders.abc123.c2.kafka.us-east-1.amazonaws.com';
const DATE = new Date('2026-11-25T12:34:56.789Z');
const secrets = { read: (reference: string) => ({ id: 'AKIDEXAMPLE', secret: SECRET, session: SESSION })[reference]! };
const CREDENTIALS = { region: '', accessKeyIdRef: 'id', secretAccessKeyRef: 'secret', sessionTokenRef: '' };

test("a presigned request has the signature of Amazon's documentation", () => {
  // Amazon S3 API reference, "Authenticating Requests: Using Query Parameters", the example.
  const signed = signatureParameters({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: '',
    region: 'us-east-1',
    service: 's3',
    method: 'GET',
    host: 'examplebucket.s3.amazonaws.com',
    path: '/test.txt',
    query: {},
    date: new Date('2013-05-24T00:00:00Z'),
    expiresSeconds: 86_400,
    payloadHash: 'UNSIGNED-PAYLOAD',
  });
  expect(signed).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  });
});

describe('the request for a login at Amazon MSK', () => {
  // The signatures are those of Amazon's own library, @smithy/signature-v4 5.7.5.
  test('is signed as by Amazon', () => {
    expect(authenticationRequest(CREDENTIALS, secrets, HOST, DATE)).toEqual({
      version: '2020_10_22',
      host: HOST,
      'user-agent': 'conduit-connector-kafka-wasm',
      action: 'kafka-cluster:Connect',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIDEXAMPLE/20261125/us-east-1/kafka-cluster/aws4_request',
      'x-amz-date': '20261125T123456Z',
      'x-amz-expires': '900',
      'x-amz-signedheaders': 'host',
      'x-amz-signature': '7758af232cbb85c95ac1a3f79e727c614f44f9f54046751a9ceff7dc0d9a4015',
    });
  });

  test('has the session token of temporary credentials, which is signed too', () => {
    expect(authenticationRequest({ ...CREDENTIALS, sessionTokenRef: 'session' }, secrets, HOST, DATE)).toMatchObject({
      'x-amz-security-token': SESSION,
      'x-amz-signature': '9aff076be1b7107526daaf7635fb9ff34b7314d071e60e80376a16f1c5a16f3f',
    });
  });

  test.each([
    [HOST, 'us-east-1'],
    ['boot-ab12.c1.kafka-serverless.eu-central-1.amazonaws.com', 'eu-central-1'],
    ['b-1.orders.abc123.c2.kafka.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ])('takes the region from the name of the broker, %s', (host, region) => {
    expect(authenticationRequest(CREDENTIALS, secrets, host, DATE)['x-amz-credential']).toContain(`/${region}/kafka-cluster/`);
  });

  test('takes the region of the settings before it, and needs it where the name has none', () => {
    const request = authenticationRequest({ ...CREDENTIALS, region: 'eu-west-1' }, secrets, 'kafka.example', DATE);
    expect(request['x-amz-credential']).toContain('/eu-west-1/kafka-cluster/');
    expect(() => authenticationRequest(CREDENTIALS, secrets, 'kafka.example', DATE)).toThrow(
      'the name of the broker, kafka.example, has no AWS region in it: set aws.region',
    );
  });
});

test('a login at Amazon MSK sends the request as JSON, and fails if the broker answers with nothing', async () => {
  const sent: unknown[] = [];
  const exchange = (answer: string) => async (message: Buffer) => {
    sent.push(JSON.parse(message.toString()));
    return Buffer.from(answer);
  };
  await mskIam(CREDENTIALS, secrets).logIn({ host: HOST }, exchange('{"version":"2020_10_22","request-id":"1"}'));
  expect(sent).toEqual([expect.objectContaining({ host: HOST, 'x-amz-expires': '900' })]);
  expect(JSON.stringify(sent)).not.toContain(SECRET);
  await expect(mskIam(CREDENTIALS, secrets).logIn({ host: HOST }, exchange(''))).rejects.toMatchObject({
    message: 'the broker does not accept the signed request',
    isPermanent: true,
  });
});
