import { expect, it } from 'vitest';
import { userHeaders } from './user.ts';

it.each(['ada', 'cust_00abc', 'user:42', '100%', 'a@b.example'])(
  'sends the plain id %s as it is',
  (customer) => {
    expect(userHeaders({ customer })).toEqual({ 'x-user-id': customer });
  },
);

it.each(['Грейс', 'two words', 'a\nb', '💚%'])(
  'sends %j percent-encoded, and says so',
  (customer) => {
    const headers = userHeaders({ customer });
    expect(headers).toEqual({
      'x-user-id': encodeURIComponent(customer),
      'x-user-id-encoding': 'percent',
    });
    expect(decodeURIComponent(headers['x-user-id'] ?? '')).toBe(customer);
  },
);

it('sends an access token instead of an id', () => {
  expect(userHeaders({ token: 'ey.x.y' })).toEqual({ 'x-user-token': 'ey.x.y' });
});

it('sends both when both are given, so that the edge can refuse two different customers', () => {
  expect(userHeaders({ customer: 'ada', token: 'ey.x.y' })).toEqual({
    'x-user-id': 'ada',
    'x-user-token': 'ey.x.y',
  });
});

it.each([undefined, null, '', 42, {}, 'a\ud800'])(
  'refuses %j as a customer, before any call',
  (customer) => {
    expect(() => userHeaders({ customer: customer as string })).toThrow(TypeError);
  },
);

it.each(['', 'two words', 'a\r\nx-env: live', 'ключ'])(
  'calls %j an invalid token, as the edge would, without a call',
  (token) => {
    expect(() => userHeaders({ token })).toThrow(
      expect.objectContaining({ code: 'token_invalid', status: 401 }),
    );
  },
);
