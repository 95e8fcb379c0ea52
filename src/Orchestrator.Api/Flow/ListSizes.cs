using System.Collections.Concurrent;

namespace Orchestrator.Api.Flow;

/// <summary>How many objects lists had the last time: what the next one is expected to weigh. One number per resource and scope, so as few as there are namespaces.</summary>
internal sealed class ListSizes(ApiOptions options)
{
    private readonly ConcurrentDictionary<(string Resource, string Namespace), int> _sizes = new();

    public int Of(string resource, string ns) => _sizes.GetValueOrDefault((resource, ns));

    public void Note(string resource, string ns, int objects)
    {
        if (_sizes.TryGetValue((resource, ns), out var known) && known == objects)
        {
            return;
        }

        if (_sizes.Count >= options.MaxNotedListSizes)
        {
            // Namespaces that are long gone: what is still listed is noted again.
            _sizes.Clear();
        }

        _sizes[(resource, ns)] = objects;
    }
}
