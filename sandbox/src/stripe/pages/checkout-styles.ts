/** The look of the checkout: what is bought on one side, how to pay on the other. */
export const CHECKOUT_STYLES = `
main.pay { max-width: none; padding: 0; display: grid; min-height: 100vh; }
.side { padding: 1.5rem 1.25rem 2rem; } .side > div { max-width: 25rem; margin-inline: auto; }
.how { background: var(--paper); border-top: 1px solid var(--line); }
@media (min-width: 52rem) { main.pay { grid-template-columns: 1fr 1fr; } .side { padding: 5rem 3rem; }
  .how { border-top: 0; border-inline-start: 1px solid var(--line); } .what > div { margin-inline: auto 0; } .how > div { margin-inline: 0 auto; } }
.embedded main.pay { min-height: 0; } .embedded .side { padding: 1.5rem; } .embedded { background: var(--paper); }
.from { display: flex; align-items: center; flex-wrap: wrap; gap: .25rem .75rem; margin-bottom: 2rem; font-weight: 600; } .from a { color: inherit; text-decoration: none; padding: .5rem 0; } .from a:hover { text-decoration: underline; }
.badge { border-radius: .3rem; padding: .1rem .5rem; font-size: .75rem; font-weight: 600; color: light-dark(#7a4b00, #ffd48a); background: light-dark(#ffe9c2, #3d2c0b); }
h1 { font-size: 1rem; font-weight: 500; color: var(--quiet); margin-bottom: .25rem; } h2 { font-size: 1.15rem; margin: 0; }
.price { display: flex; align-items: center; gap: .6rem; margin: 0; } .price strong { font-size: 2.4rem; line-height: 1.15; font-variant-numeric: tabular-nums; } .price span { color: var(--quiet); line-height: 1.2; }
.code { margin: 1rem 0 1.25rem; display: grid; gap: .35rem; } .code > div { display: flex; gap: .5rem; } .code input { flex: 1; min-width: 0; text-transform: uppercase; } .code button { min-height: 2.75rem; }
.coded { display: inline-flex; align-items: center; gap: .5rem; margin: 1rem 0 1.25rem; padding: .15rem .35rem .15rem .8rem; border: 1px solid var(--line); border-radius: 99rem; background: var(--paper); font-size: .9rem; text-transform: uppercase; } .coded button { border: 0; background: none; min-height: 2rem; width: 2rem; padding: 0; font-size: 1.1rem; color: var(--quiet); }
.quiet { color: var(--quiet); margin: .25rem 0 0; font-size: .95rem; }
dl, .lines { margin: 2rem 0 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; } .lines > li, dl > div { display: flex; justify-content: space-between; gap: 1rem; padding: .7rem 0; }
.lines img { width: 3.5rem; height: 3.5rem; flex: none; object-fit: cover; border-radius: .5rem; border: 1px solid var(--line); background: var(--paper); } .lines > li > span:not(:last-child) { flex: 1; }
.lines small, dt small { display: block; color: var(--quiet); font-size: .85rem; } .lines b, dt, dd { font-weight: 500; margin: 0; } .lines > li > span:last-child, dd { white-space: nowrap; }
dl { margin-top: .5rem; border-top: 1px solid var(--line); } dl > div + div:not(:last-child) { border-top: 0; padding-top: 0; } dl > .total { border-top: 1px solid var(--line); } dl > .total :is(dt, dd) { font-weight: 700; } .off { color: var(--good); }
form { display: grid; gap: 1.1rem; } fieldset { border: 0; padding: 0; margin: 0; display: grid; gap: .35rem; } label, legend { font-weight: 500; font-size: .9rem; padding: 0; } label { display: grid; gap: .35rem; }
.card { display: grid; grid-template-columns: 1fr 1fr; } .card label:first-child { grid-column: 1 / -1; } .card label > span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.card input { border-radius: 0; } .card label:first-child input { border-radius: .5rem .5rem 0 0; } .card label:nth-child(2) input { border-radius: 0 0 0 .5rem; border-top: 0; } .card label:nth-child(3) input { border-radius: 0 0 .5rem 0; border-top: 0; border-inline-start: 0; }
.card:has([aria-invalid]) input { border-color: var(--bad); } input { min-height: 2.75rem; font-variant-numeric: tabular-nums; } input:focus-visible { outline-offset: -1px; position: relative; } input::placeholder { color: var(--quiet); opacity: 1; } input[readonly] { background: var(--ground); color: var(--quiet); }
form .bycard { display: grid; gap: 1.1rem; } form:has([value^='bank']:checked) .bycard { display: none; }
.picks { gap: 0; } .picks legend { padding-bottom: .35rem; } .pick { display: flex; align-items: center; gap: .6rem; min-height: 2.9rem; padding: .3rem .8rem; background: var(--paper); border: 1px solid light-dark(#8b90a0, #6b7181); font-weight: 500; cursor: pointer; } .pick + .pick { border-top: 0; } .pick:first-of-type { border-radius: .5rem .5rem 0 0; } .pick:last-of-type { border-radius: 0 0 .5rem .5rem; } .pick:only-of-type { border-radius: .5rem; }
.pick input { width: 1.1rem; min-height: 0; height: 1.1rem; flex: none; margin: 0; accent-color: var(--accent); } .pick span { flex: 1; } .pick small { color: var(--quiet); font-size: .85rem; } .pick small:empty { display: none; } .pick span small { display: block; font-weight: 400; } .pick b { font-variant-numeric: tabular-nums; font-weight: 600; }
.address { gap: .9rem; } .address legend { padding-bottom: .5rem; font-size: 1rem; font-weight: 600; } .pair { display: grid; grid-template-columns: 2fr 3fr; gap: .9rem; } select { min-height: 2.75rem; }
form h2:not(:first-child) { margin-top: .9rem; }
.error { color: var(--bad); margin: 0; font-size: .9rem; font-weight: 500; } .error:empty { display: none; } .error::before { content: '⚠ '; }
#submit { min-height: 3.1rem; font-size: 1.05rem; margin-top: .4rem; } details { font-size: .9rem; border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: .75rem; } summary { cursor: pointer; padding: .5rem 0; color: var(--quiet); }
.cards { display: grid; gap: .4rem; padding: 0; margin: .4rem 0 0; list-style: none; } .cards button { width: 100%; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-weight: 400; font-size: .85rem; font-variant-numeric: tabular-nums; text-align: start; }
dialog { border: 1px solid var(--line); border-radius: .9rem; background: var(--paper); color: var(--ink); padding: 1.75rem; width: min(26rem, calc(100vw - 2rem)); } dialog::backdrop { background: rgb(0 0 0 / .45); } dialog form { gap: .6rem; margin-top: 1.25rem; } dialog h2 { margin-bottom: .5rem; } dialog p { color: var(--quiet); margin: 0; }
.message { text-align: center; padding-top: 20vh; } .embedded .message { padding: 3rem 1rem; } .message h1 { font-size: 1.4rem; color: var(--ink); font-weight: 700; }`;
