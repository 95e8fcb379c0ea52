using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Subresources;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Discovery;

/// <summary>A subresource as discovery shows it.</summary>
internal sealed record ServedSubresource(string Name, string Group, string Version, string Kind, IReadOnlyList<string> Verbs);

/// <summary>What can be done with the registered kinds.</summary>
internal sealed class ServedVerbs(IEnumerable<ISubresource> subresources)
{
    private static readonly IReadOnlyList<string> OfStatus = ["get", "patch", "update"];

    private readonly ISubresource[] _subresources = [.. subresources];

    public IEnumerable<ServedSubresource> Subresources(ResourceKind kind)
    {
        foreach (var subresource in _subresources.Where(s => s.Resource == kind.StorageName).OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            var type = (subresource.ApiVersion ?? kind.ApiVersion).Split('/');
            yield return new ServedSubresource(subresource.Name, type.Length > 1 ? type[0] : "", type[^1], subresource.Kind, subresource.Verbs);
        }

        if (kind.HasStatus && !_subresources.Any(s => s.Resource == kind.StorageName && s.Name == "status"))
        {
            yield return new ServedSubresource("status", kind.Group, kind.Version, kind.Kind, OfStatus);
        }

        if (kind.Scale is not null)
        {
            yield return new ServedSubresource("scale", "autoscaling", "v1", "Scale", ScaleVerbs.Served);
        }
    }
}
