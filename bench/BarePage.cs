using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace UserAdmin.Bench;

/// <summary>The smallest page with a circuit: <see cref="BareTable"/> and nothing around it.</summary>
[Route("/circuit")]
public sealed class BarePage : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.AddMarkupContent(0, "<!doctype html><title>Users</title>");
        builder.OpenComponent<BareTable>(1);
        builder.AddComponentRenderMode(new InteractiveServerRenderMode());
        builder.CloseComponent();
    }
}

/// <summary>A table of people that reads another page of them whenever the address changes.</summary>
public sealed class BareTable : ComponentBase, IDisposable
{
    private List<object?[]> rows = [];

    [Inject] internal BareQueries Queries { get; set; } = default!;
    [Inject] internal NavigationManager Navigation { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += Reload;
        rows = await Queries.PageAsync(25, 0);
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "table");
        foreach (var row in rows)
        {
            builder.OpenElement(1, "tr");
            foreach (var value in row)
            {
                builder.OpenElement(2, "td");
                builder.AddContent(3, value?.ToString());
                builder.CloseElement();
            }
            builder.CloseElement();
        }
        builder.CloseElement();
    }

    public void Dispose() => Navigation.LocationChanged -= Reload;

    private void Reload(object? sender, LocationChangedEventArgs change) => _ = InvokeAsync(async () =>
    {
        rows = await Queries.PageAsync(25, change.Location.Length % 7 * 25);
        StateHasChanged();
    });
}
