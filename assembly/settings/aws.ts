// SASL AWS_MSK_IAM, the login of Amazon MSK: aws.*
import { AwsCredentials, Sasl } from '../abi/kafka';
import { goQuote } from './go-values';
import { requireOf } from './oauth';
import { Parameter, text } from './parameter';
import { Values } from './values';

export const AWS_MSK_IAM = 'AWS_MSK_IAM';

export function awsParameters(): Parameter[] {
  return [
    text('aws.region', '', 'AWS region of the MSK cluster, such as eu-central-1. When not set, it is the one in the name of the broker.'),
    text('aws.accessKeyID', '', 'Access key ID of the AWS credentials. Needed by saslMechanism AWS_MSK_IAM.').asSecret(),
    text('aws.secretAccessKey', '', 'Secret access key of the AWS credentials. Needed by saslMechanism AWS_MSK_IAM.').asSecret(),
    text('aws.sessionToken', '', 'Session token of temporary AWS credentials.').asSecret(),
  ];
}

export function parseAws(values: Values): Sasl | null {
  requireOf(values, AWS_MSK_IAM, ['aws.accessKeyID', 'aws.secretAccessKey']);
  const region = values.text('aws.region');
  for (let i = 0; i < region.length; i++) {
    const c = region.charCodeAt(i);
    if ((c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39) || c == 0x2d) continue;
    values.refuse(
      'aws.region',
      'invalid aws.region: ' + goQuote(region) + ', expected lower-case letters, digits and -, such as eu-central-1',
    );
    break;
  }
  return Sasl.awsMskIam(
    new AwsCredentials(region, values.text('aws.accessKeyID'), values.text('aws.secretAccessKey'), values.text('aws.sessionToken')),
  );
}
