using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Namespaces;

/// <summary>How a terminating namespace ends: first its content, in bounded steps, then its finalizer, then itself. Pure.</summary>
internal static class NamespaceEnding
{
    private const string Finalizer = "kubernetes";
    private const int StepSize = 500;

    /// <summary>Content may have to be ended by others (agents stop pods, controllers remove finalizers); this is how often that is looked at.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="stored">The Namespace.</param>
    /// <param name="content">What is in it, with the rules of its kind.</param>
    /// <param name="now">The time.</param>
    public static ReconcilePlan Plan(StoredObject stored, IEnumerable<(StoredObject Object, IDeletionRules Rules)> content, DateTimeOffset now)
    {
        if (!stored.IsTerminating)
        {
            return ReconcilePlan.Gone;
        }

        bool isEmpty = true;
        var deletions = new List<Mutation>();
        foreach ((StoredObject obj, IDeletionRules rules) in content)
        {
            isEmpty = false;
            if (deletions.Count < StepSize && ObjectDeletion.Delete(obj, rules, null, now) is { } deletion)
            {
                deletions.Add(deletion);
            }
        }

        return isEmpty
            ? Finish(stored)
            : new ReconcilePlan { Mutations = deletions, LookAgainAfter = deletions.Count == StepSize ? TimeSpan.Zero : Patience };
    }

    private static ReconcilePlan Finish(StoredObject stored)
    {
        JsonObject ns = StoredJson.Read(stored);
        JsonArray? finalizers = ns.Child("spec").Array("finalizers");
        JsonNode? own = finalizers?.FirstOrDefault(f => f.AsText() == Finalizer);
        bool isLast = (finalizers?.Count ?? 0) - (own is null ? 0 : 1) == 0 && ns.Child("metadata").Array("finalizers") is not { Count: > 0 };
        if (isLast)
        {
            return new ReconcilePlan { Mutations = [new DeleteObject(stored.Key, stored.Revision)] };
        }

        if (own is null)
        {
            return ReconcilePlan.Nothing;
        }

        finalizers!.Remove(own);
        return new ReconcilePlan { Mutations = [StoredJson.Replace(stored, ns)] };
    }
}
