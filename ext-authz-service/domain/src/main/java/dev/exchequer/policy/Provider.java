package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;

/**
 * What deciding and pricing need to know of an upstream account.
 *
 * @param basePath path of its base URL without a trailing slash
 * @param outputCapField "max_tokens" or "max_completion_tokens"
 * @param cachedOutsidePrompt cached tokens are not counted in the prompt tokens
 * @param hiddenReasoning it bills reasoning that it does not show
 */
public record Provider(
    ObjectName name,
    String dialect,
    String basePath,
    String outputCapField,
    boolean cachedOutsidePrompt,
    boolean hiddenReasoning,
    int maxInFlight,
    boolean suspended) {}
