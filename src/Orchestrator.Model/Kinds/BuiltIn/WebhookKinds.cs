using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Webhooks;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds by which programs outside the server take part in admission.</summary>
internal static class WebhookKinds
{
    private const string Group = "admissionregistration.k8s.io";

    public static ResourceKind Mutating() => new()
    {
        Group = Group,
        Version = "v1",
        Kind = "MutatingWebhookConfiguration",
        Plural = "mutatingwebhookconfigurations",
        Namespaced = false,
        ClrType = typeof(V1MutatingWebhookConfiguration),
        HasGeneration = true,
        Categories = ["api-extensions"],
        Columns = [Webhooks()],
        Rules = new WebhookConfigurationRules(isMutating: true),
    };

    public static ResourceKind Validating() => new()
    {
        Group = Group,
        Version = "v1",
        Kind = "ValidatingWebhookConfiguration",
        Plural = "validatingwebhookconfigurations",
        Namespaced = false,
        ClrType = typeof(V1ValidatingWebhookConfiguration),
        HasGeneration = true,
        Categories = ["api-extensions"],
        Columns = [Webhooks()],
        Rules = new WebhookConfigurationRules(isMutating: false),
    };

    private static TableColumn Webhooks() => Column.Number("Webhooks", "Number of webhooks.", o => o.Array("webhooks")?.Count ?? 0);
}
