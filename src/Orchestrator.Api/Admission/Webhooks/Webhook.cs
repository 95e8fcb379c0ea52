using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Webhooks;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>One webhook of a configuration, read once per revision of it.</summary>
internal sealed record Webhook
{
    private const int DefaultTimeoutSeconds = 10;

    /// <summary>Name of the object that it stands in.</summary>
    public required string Configuration { get; init; }

    public required string Name { get; init; }

    /// <summary>Position in its configuration; with the configuration's name it tells webhooks apart.</summary>
    public required int Index { get; init; }

    public required IReadOnlyList<WebhookRule> Rules { get; init; }

    public required WebhookClient Client { get; init; }

    /// <summary>True where a call that fails lets the write pass (<c>failurePolicy: Ignore</c>).</summary>
    public required bool FailsOpen { get; init; }

    /// <summary>True where a write of another version or group of the same objects concerns it too, which it is then shown in the one that it asks for.</summary>
    public required bool MatchesEquivalents { get; init; }

    public required LabelSelector NamespaceSelector { get; init; }

    public required LabelSelector ObjectSelector { get; init; }

    /// <summary>Null for none.</summary>
    public required MatchConditions? Conditions { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>True for mutating webhooks that want to see what others have made of the object after them.</summary>
    public required bool IsReinvocable { get; init; }

    /// <summary>apiVersion of the reviews that it understands.</summary>
    public required string ReviewVersion { get; init; }

    /// <summary>The webhooks of a configuration.</summary>
    /// <param name="name">Name of the configuration.</param>
    /// <param name="configuration">The object.</param>
    /// <param name="clients">Gives the client of a <c>clientConfig</c>.</param>
    public static IEnumerable<Webhook> ReadAll(string name, JsonObject configuration, Func<JsonObject, WebhookClient> clients) =>
        configuration.Items("webhooks").Select(w => new Webhook
        {
            Configuration = name,
            Name = w.Item.Text("name") ?? "",
            Index = w.Index,
            Rules = [.. w.Item.Items("rules").Select(r => WebhookRule.Read(r.Item))],
            Client = clients(w.Item.Child("clientConfig") ?? []),
            FailsOpen = w.Item.Text("failurePolicy") == "Ignore",
            MatchesEquivalents = w.Item.Text("matchPolicy") != "Exact",
            NamespaceSelector = SelectorObject.Read(w.Item.Child("namespaceSelector")) ?? LabelSelector.Everything,
            ObjectSelector = SelectorObject.Read(w.Item.Child("objectSelector")) ?? LabelSelector.Everything,
            Conditions = MatchConditions.Read(w.Item),
            Timeout = TimeSpan.FromSeconds(w.Item.Integer("timeoutSeconds") ?? DefaultTimeoutSeconds),
            IsReinvocable = w.Item.Text("reinvocationPolicy") == "IfNeeded",
            ReviewVersion = $"admission.k8s.io/{w.Item.Texts("admissionReviewVersions").FirstOrDefault(v => v is "v1" or "v1beta1") ?? "v1"}",
        });
}
