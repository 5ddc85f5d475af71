namespace UserAdmin.Bench;

internal enum Provider { Sqlite, PostgreSql }

internal sealed record Options
{
    public IReadOnlyList<int> Sizes { get; private set; } = [10_000];
    public IReadOnlyList<Provider> Providers { get; private set; } = [Provider.Sqlite, Provider.PostgreSql];
    public IReadOnlyList<string> Only { get; private set; } = ["lists", "api", "audit", "circuits", "start", "inside", "access", "busy", "even", "tenants", "seals", "exports"];
    public string Data { get; private set; } = Path.GetFullPath("bench/results");
    public int Circuits { get; private set; } = 1000;
    public bool Compression { get; private set; } = true;
    public int ClicksPerSecond { get; private set; } = 50;
    public double Seconds { get; private set; } = 2;

    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value. See bench/README.md.");
            switch (args[i])
            {
                case "--sizes": options.Sizes = [.. value.Split(',').Select(int.Parse)]; break;
                case "--providers": options.Providers = [.. value.Split(',').Select(Enum.Parse<Provider>)]; break;
                case "--only": options.Only = value.Split(','); break;
                case "--data": options.Data = Path.GetFullPath(value); break;
                case "--circuits": options.Circuits = int.Parse(value); break;
                case "--compression": options.Compression = bool.Parse(value); break;
                case "--clicks": options.ClicksPerSecond = int.Parse(value); break;
                case "--seconds": options.Seconds = double.Parse(value); break;
                default: throw new ArgumentException($"There is no option {args[i]}. See bench/README.md.");
            }
        }
        return options;
    }
}
