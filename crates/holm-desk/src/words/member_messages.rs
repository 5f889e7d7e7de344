//! What the core says of members, as the desk says it.

use super::from_core::Message;

pub(super) const MESSAGES: &[Message] = &[
    Message {
        core: "`{}` ({}) may not do this (`{}`): it is for {}; a custodian gives roles with `holm member set`",
        en: "“{0}” ({1}) may not do this ({2}): it is for {3}; a custodian gives roles",
        es: "a «{0}» ({1}) no le corresponde esto ({2}), sino a: {3}; un custodio da las funciones",
    },
    Message {
        core: "`{}` and `{}` have one key; each member needs their own",
        en: "",
        es: "«{0}» y «{1}» tienen la misma clave; cada miembro necesita la suya",
    },
    Message {
        core: "`{}` cannot be a member: not on the roster, has left, or has no device that signs",
        en: "",
        es: "«{0}» no puede ser miembro: no está en la nómina, causó baja o no tiene un dispositivo que firme",
    },
    Message {
        core: "`{}` cannot be the item's name: an originator who sees no others' items names theirs `{}-…`, and nobody else does",
        en: "",
        es: "la pieza no puede llamarse «{0}»: quien origina y no ve piezas de otros llama a las suyas «{1}-…», y nadie más lo hace",
    },
    Message {
        core: "`{}` has these roles and devices already",
        en: "",
        es: "«{0}» ya tiene estas funciones y estos dispositivos",
    },
    Message { core: "`{}` is no member", en: "", es: "«{0}» no es miembro" },
    Message {
        core: "`{}` is no role; roles are originator, sharing-officer, vetting-officer, analyst, custodian and inspector",
        en: "",
        es: "«{0}» no es una función; las hay originator, sharing-officer, vetting-officer, analyst, custodian e inspector",
    },
    Message {
        core: "`{}` is the last custodian; make another one first",
        en: "",
        es: "«{0}» es el último custodio; nombre antes a otro",
    },
    Message {
        core: "a person who is called `{}` cannot be a member: that name stands for a key of this workspace",
        en: "",
        es: "una persona que se llama «{0}» no puede ser miembro: ese nombre designa una clave de este espacio",
    },
    Message {
        core: "nobody changes their own roles; another custodian can",
        en: "",
        es: "nadie cambia sus propias funciones; otro custodio puede hacerlo",
    },
    Message {
        core: "this key is no member's of this workspace; a custodian can make its holder one with `holm member set`",
        en: "this key is no member's of this workspace; a custodian can make its holder one",
        es: "esta clave no es de ningún miembro de este espacio; un custodio puede darle funciones a quien la tiene",
    },
];
