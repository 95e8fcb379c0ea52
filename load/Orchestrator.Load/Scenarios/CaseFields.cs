using Orchestrator.Model.Validation;

namespace Orchestrator.Load.Scenarios;

/// <summary>Which fields the cases of each measure take. What a measure does not use is refused: a field that has no effect misleads.</summary>
internal static class CaseFields
{
    private const int MostClients = 4_096;
    private const int MostOperations = ArrivalProcess.MostOperations;

    public static CaseSpec Read(FieldReader fields, string measure)
    {
        var spec = new CaseSpec { Name = fields.RequiredText("name") };
        return measure switch
        {
            Measures.Store => spec with { Clients = Clients(fields), ValueBytes = ValueBytes(fields) },
            Measures.Requests => spec with { Clients = Clients(fields), ValueBytes = ValueBytes(fields), Operation = fields.OneOf("operation", "get", "create", "get") },
            Measures.Lists => spec with { Count = Count(fields, 10_000), Operation = fields.OneOf("operation", "all", "all", "page") },
            Measures.Watches => spec with { Clients = Clients(fields), Arrivals = Arrivals(fields, isRequired: true) },
            Measures.Memory => spec with { Count = Count(fields, 10_000) },
            Measures.Bind => Arriving(spec, fields),
            Measures.Lifecycle => spec with { Arrivals = Arrivals(fields, isRequired: true), Workloads = fields.Texts("workloads") },
            Measures.Placement => spec with
            {
                Workloads = fields.Texts("workloads"),
                Scale = Scale(fields),
                Keep = fields.Whole("keep", 0, 0, MostOperations),
                Count = Count(fields, 0),
                Explain = fields.Flag("explain", absent: true),
                FilledWith = fields.Text("filledWith"),
            },
            Measures.Replay => spec with { Arrivals = Arrivals(fields, isRequired: true), Workloads = fields.Texts("workloads"), Scale = Scale(fields) },
            Measures.Rollout or Measures.NodeLoss => spec with { Count = Count(fields, 1_000), Replicas = fields.Whole("replicas", 10, 1, 1_000) },
            Measures.Start => spec with { Count = Count(fields, 10), Clients = Clients(fields), RuntimeClass = fields.Text("runtimeClassName") },
            Measures.Devices => spec with { Variant = fields.RequiredText("variant"), Policy = fields.OneOf("policy", "lookahead", "lookahead", "best-fit"), Demand = fields.Number("demand", 1.3, 0.01, 10) },
            _ => spec with { Variant = fields.RequiredText("variant"), Policy = fields.OneOf("policy", "best-fit", "best-fit", "expected-lifetimes"), MoveShare = fields.Number("moveShare", 0, 0, 1) },
        };
    }

    private static CaseSpec Arriving(CaseSpec spec, FieldReader fields)
    {
        var read = spec with { Arrivals = Arrivals(fields, isRequired: false), Clients = fields.Whole("clients", 0, 0, MostClients), Count = Count(fields, 0) };
        if (read.Arrivals is null == read.Clients is 0)
        {
            fields.Errors.Add(FieldError.Required(fields.PathOf("clients"), "either clients with count (closed loop) or arrivals (open loop)"));
        }
        else if (read.Clients > 0 && read.Count == 0)
        {
            fields.Errors.Add(FieldError.Required(fields.PathOf("count"), "how many pods the clients create"));
        }

        return read;
    }

    private static int Clients(FieldReader fields) => fields.Whole("clients", 1, 1, MostClients);

    private static int ValueBytes(FieldReader fields) => fields.Whole("valueBytes", 256, 1, 1_000_000);

    private static int Count(FieldReader fields, int absent) => fields.Whole("count", absent, 0, MostOperations);

    private static double Scale(FieldReader fields) => fields.Number("scale", 1, 0.0001, 10_000);

    private static ArrivalProcess? Arrivals(FieldReader fields, bool isRequired)
    {
        if (fields.Inner("arrivals") is not { } inner)
        {
            if (isRequired)
            {
                fields.Errors.Add(FieldError.Required(fields.PathOf("arrivals")));
            }

            return null;
        }

        var trace = inner.Text("trace");
        if (trace.Length == 0 && !inner.Has("rate"))
        {
            fields.Errors.Add(FieldError.Required(inner.PathOf("rate"), "operations per second, or trace"));
        }

        var rate = inner.Number("rate", 0, 0, 1_000_000);
        var bursts = inner.Inner("bursts");
        var arrivals = new ArrivalProcess(
            rate,
            inner.Number("endRate", rate, 0, 1_000_000),
            inner.OneOf("spacing", "even", "even", "poisson") == "poisson",
            bursts?.Whole("size", 1, 1, 1_000_000) ?? 0,
            bursts?.Duration("every", TimeSpan.FromSeconds(10)) ?? TimeSpan.Zero)
        {
            Trace = trace,
            Speed = inner.Number("speed", 1, 0.001, 1_000_000),
        };
        if (arrivals is { BurstSize: > 0, BurstEvery.Ticks: <= 0 })
        {
            fields.Errors.Add(FieldError.Invalid(bursts!.PathOf("every"), "0s", "must be more than nothing"));
        }

        bursts?.Close();
        inner.Close();
        return arrivals;
    }
}
