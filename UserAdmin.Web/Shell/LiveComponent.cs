using Microsoft.AspNetCore.Components;

namespace UserAdmin.Web.Shell;

/// <summary>A part of a page that shows itself anew when what its reader may do changes while it is open (C05).</summary>
public abstract class LiveComponent : PortalComponent
{
    private bool isGone;

    [Inject] private AccessChanges Changes { get; set; } = default!;

    protected override void OnInitialized() => Changes.Happened += LookAgain;

    /// <summary>Loads again what depends on the reader's rights. When they may no longer be here at all, the page goes by itself.</summary>
    protected abstract Task LookAgainAsync();

    private void LookAgain() => _ = InvokeAsync(async () =>
    {
        if (isGone)
            return;
        try
        {
            await LookAgainAsync();
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The page is on its way somewhere else.
        }
    });

    protected override void Dispose(bool disposing)
    {
        isGone = true;
        Changes.Happened -= LookAgain;
        base.Dispose(disposing);
    }
}
