namespace Orchestrator.Scheduling.Devices;

/// <summary>Names of device models as bits. At most <see cref="Limit"/> models: one word then says which of them will do.</summary>
public sealed class ModelCatalog
{
    public const int Limit = 64;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    public int Count => _ids.Count;

    /// <exception cref="InvalidOperationException">There are too many models.</exception>
    public int IdOf(string model)
    {
        if (!_ids.TryGetValue(model, out int id))
        {
            if (_ids.Count == Limit)
            {
                throw new InvalidOperationException($"more than {Limit} device models");
            }

            _ids.Add(model, id = _ids.Count);
        }

        return id;
    }

    /// <summary>The mask of the named models; of all models where none is named.</summary>
    public ulong MaskOf(IReadOnlyCollection<string> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return models.Count == 0 ? DeviceWorkload.AnyModel : models.Aggregate(0UL, (mask, model) => mask | (1UL << IdOf(model)));
    }
}
