using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Which webhooks a write concerns, by their rules and selectors.</summary>
internal sealed class WebhookMatching(IObjectStore store, ServedKinds kinds)
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = FrozenDictionary<string, string>.Empty;

    /// <summary>The kind as which the webhook wants to be shown the object, which is the written one or its equivalent; null where the write does not concern it.</summary>
    public ResourceKind? KindFor(Webhook webhook, WebhookSubject subject) =>
        KindByRules(webhook, subject) is { } kind && MatchesNamespace(webhook, subject) && MatchesObject(webhook, subject) ? kind : null;

    private ResourceKind? KindByRules(Webhook webhook, WebhookSubject subject)
    {
        foreach (WebhookRule rule in webhook.Rules)
        {
            if (rule.Matches(subject.Operation, subject.Kind, subject.Subresource))
            {
                return subject.Kind;
            }
        }

        if (!webhook.MatchesEquivalents)
        {
            return null;
        }

        ResourceKind[] equivalents = [.. kinds.Current.All.Where(k => k != subject.Kind && k.StorageName == subject.Kind.StorageName)];
        return webhook.Rules
            .Select(rule => equivalents.FirstOrDefault(k => rule.Matches(subject.Operation, k, subject.Subresource)))
            .FirstOrDefault(k => k is not null);
    }

    private bool MatchesNamespace(Webhook webhook, WebhookSubject subject)
    {
        if (webhook.NamespaceSelector.IsEverything)
        {
            return true;
        }

        if (subject.Kind.StorageName == "namespaces" && subject is { Subresource: "", Object: { } created })
        {
            return webhook.NamespaceSelector.Matches(Labels(created));
        }

        string ns = subject.Kind.StorageName == "namespaces" ? subject.Name : subject.Namespace;
        // What lies in no namespace is never left out by its namespace.
        return ns.Length == 0
            || webhook.NamespaceSelector.Matches(store.Get(new ObjectKey("namespaces", "", ns))?.Labels ?? NoLabels);
    }

    private static bool MatchesObject(Webhook webhook, WebhookSubject subject) =>
        webhook.ObjectSelector.IsEverything || Matches(webhook.ObjectSelector, subject.Object) || Matches(webhook.ObjectSelector, subject.Old);

    private static bool Matches(LabelSelector selector, JsonObject? obj) => obj.Child("metadata") is not null && selector.Matches(Labels(obj));

    private static Dictionary<string, string> Labels(JsonObject? obj) =>
        (obj.Child("metadata", "labels") ?? []).ToDictionary(l => l.Key, l => l.Value.AsText() ?? "", StringComparer.Ordinal);
}
