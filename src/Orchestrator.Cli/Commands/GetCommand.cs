using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator get</c>: shows objects.</summary>
internal static class GetCommand
{
    private const string TableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private const string JsonAccept = "application/json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 4 };

    private static readonly Argument<string> Kinds = new("KIND") { Description = "Kind or short name, several with commas (pods,nodes,hv), or KIND/NAME" };

    private static readonly Argument<string?> Name = new("NAME") { Description = "Name of one object", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<string> Format = new Option<string>("--output", "-o")
    {
        Description = "Form of the output",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "wide", "json", "yaml", "name");

    private static readonly Option<bool> AllNamespaces = new("--all-namespaces", "-A") { Description = "Objects of every namespace" };

    private static readonly Option<string?> Selector = new("--selector", "-l") { Description = "Label selector, such as app=web,tier!=db", HelpName = "SELECTOR" };

    private static readonly Option<bool> Watch = new("--watch", "-w") { Description = "Go on showing changes until interrupted" };

    public static Command Create()
    {
        var command = new Command(
            "get",
            "Show objects as tables, JSON or YAML.")
        {
            Kinds, Name, Format, AllNamespaces, Selector, Watch,
        };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = client.Open(parsed);
            var catalog = await ApiCatalog.ReadAsync(connection, cancel);
            var ns = parsed.GetValue(AllNamespaces) ? null : client.Namespace(parsed, connection);
            var (kinds, name) = Target(parsed);
            var resources = kinds.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(catalog.Named).ToArray();
            if (parsed.GetValue(Watch) && resources.Length != 1)
            {
                throw new CommandFailedException("--watch takes one kind at a time");
            }

            var first = true;
            foreach (var resource in resources)
            {
                if (!first)
                {
                    Console.WriteLine();
                }

                first = false;
                await ShowAsync(connection, resource, new Query(ns, name, parsed.GetValue(Selector), parsed.GetValue(Format)!, parsed.GetValue(Watch)), cancel);
            }

            return 0;
        });
        return command.WithExamples(
            "orchestrator get pods,nodes,hypervisors -o wide",
            "orchestrator get pod hello-vm -o yaml",
            "orchestrator get events -A -w");
    }

    private sealed record Query(string? Namespace, string? Name, string? Selector, string Format, bool Watch)
    {
        public bool AsTable => Format is "table" or "wide";
    }

    private static (string Kinds, string? Name) Target(ParseResult parsed)
    {
        var kinds = parsed.GetRequiredValue(Kinds);
        var slash = kinds.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (kinds, parsed.GetValue(Name)) : (kinds[..slash], kinds[(slash + 1)..]);
    }

    private static async Task ShowAsync(ApiConnection connection, ApiResource resource, Query query, CancellationToken cancel)
    {
        if (query.Name is not null && resource.Namespaced && query.Namespace is null)
        {
            throw new CommandFailedException("an object cannot be named across all namespaces: leave out --all-namespaces or the name");
        }

        var path = query.Name is null ? resource.CollectionPath(query.Namespace) : resource.ObjectPath(query.Namespace, query.Name);
        var selector = query.Selector is null ? "" : "?labelSelector=" + Uri.EscapeDataString(query.Selector);
        var answer = await connection.GetAsync(path + selector, query.AsTable ? TableAccept : JsonAccept, cancel);
        var table = new TextTable(Console.Out, query.Format == "wide", resource.Namespaced && query.Namespace is null);
        Print(answer, resource, query, table, first: true);
        if (query.Watch)
        {
            await FollowAsync(connection, resource, query, table, (string?)answer["metadata"]?["resourceVersion"] ?? "0", cancel);
        }
    }

    private static async Task FollowAsync(ApiConnection connection, ApiResource resource, Query query, TextTable table, string version, CancellationToken cancel)
    {
        var path = $"{resource.CollectionPath(query.Namespace)}?watch=true&resourceVersion={version}"
            + (query.Selector is null ? "" : "&labelSelector=" + Uri.EscapeDataString(query.Selector))
            + (query.Name is null ? "" : "&fieldSelector=metadata.name%3D" + Uri.EscapeDataString(query.Name));
        await foreach (var change in connection.StreamAsync(path, query.AsTable ? TableAccept : JsonAccept, cancel))
        {
            var obj = change["object"]!.AsObject();
            switch ((string?)change["type"])
            {
                case "BOOKMARK":
                    break;
                case "ERROR":
                    throw ApiStatusException.From((int?)obj["code"] ?? 500, obj.ToJsonString());
                default:
                    Print(obj, resource, query, table, first: false);
                    break;
            }
        }
    }

    private static void Print(JsonObject answer, ApiResource resource, Query query, TextTable table, bool first)
    {
        switch (query.Format)
        {
            case "json":
                Console.WriteLine(answer.ToJsonString(Indented));
                break;
            case "yaml":
                YamlText.Write(Console.Out, answer);
                break;
            case "name":
                foreach (var item in answer["items"] as JsonArray ?? [answer.DeepClone()])
                {
                    Console.WriteLine($"{resource.DisplayName}/{item!["metadata"]!["name"]}");
                }

                break;
            case var _ when first && answer["rows"] is not JsonArray { Count: > 0 }:
                Console.Error.WriteLine(resource.Namespaced && query.Namespace is not null ? $"No {resource.Plural} in namespace {query.Namespace}." : $"No {resource.Plural}.");
                break;
            default:
                table.Write(answer, first);
                break;
        }
    }
}
