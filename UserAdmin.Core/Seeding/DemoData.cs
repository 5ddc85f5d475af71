using UserAdmin.Core.Common;

namespace UserAdmin.Core.Seeding;

public sealed class DemoData
{
    public Task<Result> AddAsync(int users, int events, Action<string> report, CancellationToken cancel) => throw new NotSupportedException($"{users}{events}{report}{cancel}");
}
