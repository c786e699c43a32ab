import { page } from '../answer.ts';
import { change } from '../change.ts';
import { createCreditNote, voidCreditNote } from '../credit-notes.ts';
import { metadata, text, unsettable } from '../form.ts';
import type { Resource } from '../resource.ts';
import type { Entity } from '../scope.ts';

/** `/v1/credit_notes`. */
export const creditNotes: Resource = {
  'POST /v1/credit_notes': (scope, params) => createCreditNote(scope, params),
  'GET /v1/credit_notes': (scope, params) => {
    const [invoice, customer] = [text(params, 'invoice'), text(params, 'customer')];
    const found = scope
      .list('credit_note')
      .filter((one) => invoice === undefined || one.invoice === invoice)
      .filter((one) => customer === undefined || one.customer === customer);
    return page(found, params, '/v1/credit_notes');
  },
  'GET /v1/credit_notes/:id': (scope, _params, id) => scope.must('credit_note', id),
  'GET /v1/credit_notes/:id/lines': (scope, params, id) => {
    const { data } = scope.must('credit_note', id).lines as { data: Entity[] };
    return page(data.toReversed(), params, `/v1/credit_notes/${id}/lines`);
  },
  'POST /v1/credit_notes/:id': (scope, params, id) => {
    const old = scope.must('credit_note', id);
    return change(scope, 'credit_note', 'credit_note.updated', old, {
      memo: unsettable(params, 'memo'),
      metadata: metadata(params, old.metadata),
    });
  },
  'POST /v1/credit_notes/:id/void': (scope, _params, id) =>
    voidCreditNote(scope, scope.must('credit_note', id)),
};
