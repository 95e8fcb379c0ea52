namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>All webhooks of the cluster at one revision, in the order in which they are called: by name of their configuration, then as they stand in it.</summary>
internal sealed record WebhookTable(IReadOnlyList<Webhook> Mutating, IReadOnlyList<Webhook> Validating)
{
    public static readonly WebhookTable Empty = new([], []);
}
