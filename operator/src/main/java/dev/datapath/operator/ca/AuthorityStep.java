package dev.datapath.operator.ca;

/** What can be due with the authorities. */
public enum AuthorityStep {
    /** Nothing. */
    KEEP,
    /** There is none that can issue: make one. Gateways that know only lost ones wait until they have read their Secret. */
    CREATE,
    /** The current one comes to its end: make the next and have everybody trust it. */
    INTRODUCE,
    /** Everybody's Secret has the next one, or is waited for no longer: from now on counts the time that they have to read it. */
    ANNOUNCE,
    /** Everybody knows the next one: it issues from now on. */
    PROMOTE,
    /** All that an old one issued has expired, or an authority itself has, or is not valid yet: trust it no more. */
    DROP
}
