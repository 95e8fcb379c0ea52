using System.Text.Json.Nodes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Creations;

/// <summary>
/// What the API would make of objects that controllers want to create: defaults, admission, validation, quotas. Controllers write past the API, because
/// what they create must be committed together with what they decided it from, but what they create is held to the same rules.
/// </summary>
public interface IObjectAdmission
{
    ValueTask<AdmittedObjects> AdmitAsync(NewObjects wanted, CancellationToken cancel);
}

/// <summary>Objects of one kind that a controller wants to create in one namespace.</summary>
/// <param name="Resource">Storage name of the kind.</param>
/// <param name="Namespace">Where.</param>
/// <param name="Controller">Who asks: <c>replicaset-controller</c>.</param>
/// <param name="Bodies">The objects, each with a name or a generateName, without a uid. They are altered.</param>
public sealed record NewObjects(string Resource, string Namespace, string Controller, IReadOnlyList<JsonObject> Bodies)
{
    public static NewObjects None { get; } = new("", "", "", []);
}

/// <summary>What was admitted, in order, up to the first refusal: where one is refused so would be those like it, as in Kubernetes' slow start.</summary>
/// <param name="Objects">To be committed after the charges.</param>
/// <param name="Charges">Of the namespace's quotas, each depending on the one before it.</param>
/// <param name="Refusal">Why the next one was refused; null where all were admitted.</param>
public sealed record AdmittedObjects(IReadOnlyList<CreateObject> Objects, IReadOnlyList<Mutation> Charges, string? Refusal)
{
    public static AdmittedObjects None { get; } = new([], [], null);
}
