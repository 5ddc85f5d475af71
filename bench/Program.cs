using UserAdmin.Bench;

if (args is [BareServer.Name, .. var rest])
{
    await BareServer.RunAsync(rest);
    return 0;
}

var options = Options.Parse(args);
Directory.CreateDirectory(options.Data);
Report.Open(Path.Combine(options.Data, $"report-{DateTime.UtcNow:yyyyMMdd-HHmmss}.md"));
Report.Line($"{DateTime.UtcNow:yyyy-MM-dd}. {Proc.Machine()}. Load of the machine before: {Proc.LoadAverage()}.");
Report.Line();

if (options.Only.Contains("exports"))
    await ExportBench.MeasureAsync(options.Data);
if (options.Only is ["exports"])
    return Report.Warnings > 0 ? 1 : 0;

var run = new BenchRun(options);
foreach (var provider in options.Providers)
{
    await using var cluster = provider == Provider.PostgreSql ? await PostgresCluster.StartAsync(options.Data) : null;
    if (cluster is not null)
    {
        Report.Line(PostgresCluster.Description);
        Report.Line();
    }
    if (options.Only.Contains("tenants"))
        await ManyTenants.MeasureAsync(provider, options.Data, cluster);
    if (options.Only.Contains("seals"))
        await SealBench.MeasureAsync(provider, options.Data, cluster);
    if (options.Only.All(part => part is "tenants" or "seals"))
        continue;
    foreach (var size in options.Sizes)
        await run.MeasureAsync(await Database.PrepareAsync(provider, size, options.Data, cluster), cluster);
    run.ShowGrowth(provider);
}
return Report.Warnings > 0 ? 1 : 0;
